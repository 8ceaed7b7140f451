"""A stand-in for Google's generateContent image models: real HTTP, real pictures, scripted failures."""
