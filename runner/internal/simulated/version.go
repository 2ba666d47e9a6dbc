package simulated

// Version counts changes that make the respondent write another reply to the
// same request. It is part of every simulated completion's key, so that stored
// replies of an older respondent are not taken for those of this one.
const Version = 1
