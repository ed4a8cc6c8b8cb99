"""Create a dbt project over the tables of a lake."""
