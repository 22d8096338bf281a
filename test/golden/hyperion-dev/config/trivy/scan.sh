failed=0
while read -r image; do
  trivy image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 --timeout 15m "$image" || failed=1
done < /etc/trivy/images.txt
exit "$failed"
