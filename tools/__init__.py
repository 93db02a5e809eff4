"""What the project needs around itself and cannot take from its Python lock: programs, a language host, a stand-in."""
