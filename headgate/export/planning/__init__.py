"""Decide what is read: types, slices, watermarks, differences from the contract, drafts of contracts."""
