"""Who may ask the web server: TLS, clients' certificates, passwords, tokens, and the names it is
asked by.

    gate            every request: let through, or refused with a sentence
    keeper          the rules in force, read again when their files change
    rules           the settings and the web configuration file to rules
    certificates    TLS as Python does it
    passwords       users, and what was verified of them
    peers           who is at the other end of a connection
    hosts           which names are ours
"""
