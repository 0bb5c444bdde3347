"""What a platform is built on: how it talks, how it reads fields, feeds and data inside a page, and
how what it read becomes evidence. Pure: nothing here acts.

`protocol` is the contract between a platform and what drives it. `responses` says what an answer
is worth, `fallback` after which errors another source is asked, `page_keys` by which key an API is.
`fields`, `feeds`, `embedded` and `next_data` read an answer, `zones` finds its time zone,
`patterns` what a user chose of it, `sequences` what follows what. `events` and `posts` hold what
most pages tell, `open_events` what one poll hands to the next, and `evidence` makes the model's
evidence of them.
"""
