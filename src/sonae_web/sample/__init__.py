"""The sample: a made-up programme with federations, associations and members in every state, for ``serve --sample`` alone."""
