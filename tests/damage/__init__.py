"""Valid deliveries, damaged in hundreds of ways: ``corpus`` has the ways, ``judge`` says what must come of them."""
