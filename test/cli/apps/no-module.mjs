export const title = 'not a module';
export class Plain {}
