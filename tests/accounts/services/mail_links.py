"""A link as mails carry it."""

LINK = "https://chat.example.org/verify?token=a&email=b%40example.org"
