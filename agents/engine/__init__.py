"""The run loop, its budget and metering."""
