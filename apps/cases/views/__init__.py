"""Pages of cases: the dispatch centre, a case, the list, the intake form and the agency's desk."""
