"""Pages of the administration that span the apps: overview, live activity, system."""
