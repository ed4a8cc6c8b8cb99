"""The formats of files by name, and in words."""

CSV, JSON, PARQUET, XLSX = "csv", "json", "parquet", "xlsx"
FORMAT_WORDS = {CSV: "CSV", JSON: "JSON", PARQUET: "Parquet", XLSX: "Excel (.xlsx)"}
