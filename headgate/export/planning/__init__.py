"""The plan of an export: types, slices, watermarks, schema drift, drafts of contracts."""
