"""Strict reading of what organisations type: numbers, periods and words. Nothing is guessed."""
