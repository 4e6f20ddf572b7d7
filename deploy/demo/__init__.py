"""The demo: a hub, a pretend probation service and a pretend prison service share an invented caseload.

`python -m deploy.demo --people 2000`; `make demo` calls it. Everything it starts ends with it.
"""
