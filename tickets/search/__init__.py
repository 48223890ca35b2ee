"""Finding tickets: the language in which they are asked for. The engines will stand beside it."""
