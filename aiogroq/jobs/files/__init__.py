"""Inputs and outputs of jobs: CSV, JSONL, text, Parquet and Arrow files, and pipes."""
