"""Arithmetic on plain numbers; knows no graph."""
