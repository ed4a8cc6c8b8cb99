"""Common parts of systems that learn: preprocessing, drift, contests between recipes, stored models."""
