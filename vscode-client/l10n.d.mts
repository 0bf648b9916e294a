export function bundle(root?: string): Promise<string>;
