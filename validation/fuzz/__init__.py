"""A fuzzer: generated and mutated inputs for everything that reads what a stranger wrote.

``python -m validation.fuzz`` prints one JSON object. `sim.errors` says what each input may end in;
`validation.fuzz.contract` holds it to that, `validation.fuzz.kinds` says what is read,
`validation.fuzz.mutate` changes it, and `validation.fuzz.loop` keeps what reached new lines.
"""
