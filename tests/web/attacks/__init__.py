"""The site as a hostile visitor, colleague or neighbour would try it. ``docs/threat-model.md`` says which claim each file shows."""
