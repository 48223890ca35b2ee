"""The tables as the migrations left them, kept beside them in the database, so that a test with real commits costs little."""

from __future__ import annotations

from django.db import connection

KEEP = """
DO $$ DECLARE name text; filled bool; BEGIN
    DROP SCHEMA IF EXISTS seeds CASCADE;
    CREATE SCHEMA seeds;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE seeds.%1$I AS TABLE public.%1$I', name); END IF;
    END LOOP;
END $$
"""
PUT_BACK = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;  -- also what can never be deleted
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'seeds' LOOP
        EXECUTE format('INSERT INTO public.%1$I TABLE seeds.%1$I', name);
    END LOOP;
END $$
"""  # one transaction: the keys, which are looked at when it ends, ask for no order


def keep() -> None:
    """Remember what is in the tables now."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP)


def put_back() -> None:
    """Everything as it was when it was kept. Numbers that were given are not given again."""
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK)
