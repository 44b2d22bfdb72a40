"""The flyer as a page, and questions about the programme: sent by anybody, answered by the right federation."""
