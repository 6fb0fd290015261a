// Package controllers stands in for the module of this name, whose releases no proxy has.
// Cilium takes one name from it.
package controllers

// DerivedServiceAnnotation names the Service that was made of a ServiceImport (the Multi-Cluster Services API).
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
