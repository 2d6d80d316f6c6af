"""The figures against a count by hand, on both databases; frames, files, command line and pages."""
