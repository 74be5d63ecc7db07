/** What a cart holds at most, for its forms and for those who do not use them. */
export const MAX_ITEMS = 20;
export const MAX_NAME = 60;
export const MAX_QUANTITY = 99;
