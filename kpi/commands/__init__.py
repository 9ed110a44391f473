"""The commands of ``kpi``, a module a family; each parses arguments and calls one function."""
