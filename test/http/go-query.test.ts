import {describe, expect, it} from 'vitest';
import {GoQuery} from '../../src/http/go-query.ts';

describe('a query string as Go reads it', () => {
  it('takes the first of repeated values, and a bare name as empty', () => {
    const query = GoQuery.parse('a=1&a=2&bare&=x');
    expect([query?.get('a'), query?.all('a'), query?.has('bare'), query?.get('bare'), query?.get('none')]).toEqual(['1', ['1', '2'], true, '', '']);
  });

  it('decodes plus and percent, and replaces what is no UTF-8', () => {
    expect(GoQuery.parse('k=a+b%20c%2F&u=%c3%a4&bad=%ff')?.encode()).toBe('bad=%EF%BF%BD&k=a+b+c%2F&u=%C3%A4');
  });

  it.each(['%zz', 'a=%4', 'a;b'])('refuses %s', (text) => {
    expect(GoQuery.parse(text)).toBeUndefined();
  });

  it('encodes sorted by name', () => {
    expect(GoQuery.parse('cas=1&acquire=x%27')?.encode()).toBe('acquire=x%27&cas=1');
  });
});
