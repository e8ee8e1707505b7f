"""Problems as people read them: code, sentence, what to do."""
