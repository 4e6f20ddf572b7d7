"""The operators' routes, under `/v1/admin`: a file for each subject, its shapes in a file beside it."""
