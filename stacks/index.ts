/**
 * What `pulumi up` runs (`Pulumi.yaml`): the stack's outputs.
 */
import { ENVIRONMENTS } from './environments';
import { program } from './pulumi/program';

module.exports = program(ENVIRONMENTS);
