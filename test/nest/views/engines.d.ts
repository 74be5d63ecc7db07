declare module 'ejs';
declare module 'hbs';
