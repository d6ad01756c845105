// What Pulumi loads, through a ts-node that can not read imports of `.ts`: Node does that by itself.
// oxlint-disable-next-line import/no-unassigned-import -- loading it serves it
import './pack.ts'
