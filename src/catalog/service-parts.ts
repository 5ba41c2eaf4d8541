import {struct, type TypeOf} from '../schema/struct.ts';
import {int, str} from '../schema/types.ts';

/** Where an instance answers under one of its tagged addresses. */
export const ServiceAddress = struct('ServiceAddress', {Address: str, Port: int});
export type ServiceAddress = TypeOf<typeof ServiceAddress>;

/** Weights of DNS SRV records while an instance passes, and while it warns. */
export const Weights = struct('Weights', {Passing: int, Warning: int});
export type Weights = TypeOf<typeof Weights>;

export const Locality = struct('Locality', {Region: str.omitEmpty(), Zone: str.omitEmpty()});
export type Locality = TypeOf<typeof Locality>;
