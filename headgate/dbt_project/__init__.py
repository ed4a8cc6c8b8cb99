"""A dbt project over the tables of a lake."""
