"""A pretend probation service and a pretend prison service, each with a system of its own, for demo and tests."""
