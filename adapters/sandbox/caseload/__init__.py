"""An invented caseload: people, what each service writes down about them, and how it changes; as dirty as real data."""
