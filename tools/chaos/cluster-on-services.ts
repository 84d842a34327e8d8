import { join } from 'node:path';
import { openBackbone, type Backbone } from '#stage/backbone';
import { createLog } from '#telemetry/log';
import { openCluster, type Cluster } from '#tools/cluster/run-cluster';
import type { FreshServices } from './fresh-services.ts';

export interface ClusterOnServices {
  /** No process runs yet. */
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  /** Of the processes: tokens and keys. */
  readonly dataDirectory: string;
  /** Whatever still runs is killed; the services stay. */
  close(): Promise<void>;
}

/** A cluster on these services and nothing else, and the way to look into its logs and its database. */
export async function openClusterOn(
  { kafka, databaseUrl, directory }: FreshServices,
  wish: { readonly prefix: string; readonly name: string; readonly logLevel: 'warn' | 'silent' },
): Promise<ClusterOnServices> {
  const { prefix, name, logLevel } = wish;
  const { brokers } = kafka;
  const dataDirectory = join(directory, 'data');
  const outputDirectory = join(directory, 'output');
  const cluster = openCluster({ brokers, databaseUrl, prefix, dataDirectory, outputDirectory });
  const log = createLog(name, { level: logLevel });
  const backbone = await openBackbone({ databaseUrl, brokers: [brokers], prefix, clientId: name, log });
  return {
    cluster,
    backbone,
    dataDirectory,
    async close() {
      await cluster.killAll();
      await backbone.close();
    },
  };
}
