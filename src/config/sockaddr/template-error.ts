/** A template that does not parse or run. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
