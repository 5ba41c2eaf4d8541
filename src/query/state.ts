import {defineTable} from '../store/table.ts';
import {type PreparedQuery} from './schema.ts';

/** Prepared queries by id; by name, templates apart from plain ones; by the session they are bound to. */
export const PreparedQueries = defineTable({
  name: 'prepared-queries',
  key: (query: PreparedQuery) => query.ID,
  indexes: {
    name: (query: PreparedQuery) => (query.Name === '' || query.Template.Type !== '' ? undefined : query.Name.toLowerCase()),
    template: (query: PreparedQuery) => (query.Template.Type === '' ? undefined : query.Name.toLowerCase()),
    session: (query: PreparedQuery) => (query.Session === '' ? undefined : `${query.Session.toLowerCase()}\0${query.ID}`),
  },
});
