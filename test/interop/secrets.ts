/** What both sides sign with. */
export const SECRET = 'the-secret-that-both-sides-sign-with-0123456789';
/** What they signed with before, and still accept. */
export const OLD_SECRET = 'the-secret-of-last-year-9876543210-abcdefghijkl';
/** What one of them will sign with next. */
export const NEXT_SECRET = 'the-secret-of-next-year-abcdefghijkl-0123456789';

export const USER = { username: 'ada', password: 'a difference engine' };

/** How long a session lives that says nothing else: short, so that nothing of ours stays in a shared cache for long. */
export const COOKIE_AGE = 3600;
