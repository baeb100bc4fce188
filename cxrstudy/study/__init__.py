"""Study: experiments on a cohort at the sizes of a profile."""
