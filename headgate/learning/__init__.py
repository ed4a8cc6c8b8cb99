"""What every system that learns needs: preparation of columns, drift, contests between recipes, and storage of models with their record."""
