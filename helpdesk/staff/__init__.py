"""Operators: who they are, how they sign in, what they may do and see, and what they are told."""
