"""What every system that learns needs: columns prepared, drift told, recipes contested, models kept with their record."""
