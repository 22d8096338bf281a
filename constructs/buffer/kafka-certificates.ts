/**
 * The certificates by which clients recognise Kafka's brokers, and brokers each other.
 */
import {
  addCertificate,
  addTrust,
  type CertificateIssuer,
  type CertificateSecret,
} from '../core/certificate';
import type { Component } from '../core/component';
import { BROKER_COMMON_NAME } from './kafka-config';

export interface KafkaCertificates {
  readonly brokers: CertificateSecret;
  /** Only for its `ca.crt`, so that no client's pod ever names the Secret with the brokers' key. */
  readonly trust: CertificateSecret;
}

export function addKafkaCertificates(
  component: Component,
  issuer: CertificateIssuer,
  dnsNames: readonly string[],
): KafkaCertificates {
  const id = component.node.id;
  return {
    brokers: addCertificate(component, 'certificate', {
      name: `${id}-brokers`,
      commonName: BROKER_COMMON_NAME,
      dnsNames,
      issuer,
      usages: ['server auth', 'client auth'],
      combinedPem: true,
    }),
    trust: addTrust(component, id, issuer),
  };
}
