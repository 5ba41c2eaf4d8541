/** Why an expression cannot be used, in Consul's words; the endpoint says what it was for. */
export class FilterError extends Error {}
