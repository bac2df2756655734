"""The explorer: a page on which a lever is moved and the world answers.

Read in this order: `state` says what a visitor may change and how a link carries it; `bases` from
what it departs and how it becomes a scenario; `files` takes it to a scenario's file and back;
`baseline` and `work` compute; `frames` lays numbers out for the page; `controls` is what the page
says of each lever; `app` speaks with browsers and keeps nothing of them.
"""
