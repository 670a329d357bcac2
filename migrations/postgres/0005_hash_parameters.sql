-- The schemes and costs that password hashes may have: each text is the start of a hash, up to its salt. A refused login takes
-- as long as the costliest of them.
CREATE TABLE hash_parameters (
    parameters text COLLATE "C" PRIMARY KEY
);
