"""What spans many sets: DJs, their keys, their sets, and the database that holds them."""
