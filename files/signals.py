"""What files tells the apps above it."""
