"""The study room: what a user asks for, each kind resolved, run, analysed and saved."""
